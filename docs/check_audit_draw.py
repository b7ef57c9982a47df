"""Draw the declarations of a published audit period again, and say what does not agree.

python3 check_audit_draw.py PERIOD.json

It needs nothing but Python, and shares no line with the system that drew.
"""

import hashlib
import hmac
import json
import sys


def main(path):
    """Compare each draw of the file with one of our own; the answer is the number that differ."""
    with open(path, encoding="utf-8") as file:
        period = json.load(file)
    if "key" not in period:
        print("The key of this period is not published yet.")
        return 1
    key = bytes.fromhex(period["key"])
    if hashlib.sha256(key).hexdigest() != period["commitment"]:
        print("The key is not the one to which the board had committed itself.")
        return 1
    wrong = 0
    for one in period["draws"]:
        number = hmac.new(key, one["declaration"].encode(), hashlib.sha256).hexdigest()[:16]
        if one["spared"]:
            agrees = not one["selected"]
        else:
            share = period["strata"][one["stratum"]]["share"]
            selected = int(number, 16) * 10000 < share * 2**64
            agrees = (one["number"], one["selected"], one["share"]) == (number, selected, share)
        if not agrees:
            wrong += 1
            print(one["declaration"], "does not agree; its number is", number)
    selected = sum(one["selected"] for one in period["draws"])
    print(f"{len(period['draws'])} drawn, {selected} selected, {wrong} do not agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
