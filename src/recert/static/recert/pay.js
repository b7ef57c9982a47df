// The card form of the card processor. The number goes to the processor; here comes a name for it.

const form = document.querySelector("[data-pay]");
const { pay: what, key, secret, unreachable, wait, paying } = form.dataset;
const problem = form.querySelector("[data-error]");
const status = form.querySelector("[data-status]");
const button = form.querySelector("[data-go]");
let busy = false;

const say = (text) => { status.textContent = text; };

const fail = (text) => {
  busy = false;
  button.removeAttribute("aria-disabled");
  say("");
  problem.textContent = text;
};

// What the processor says of a card is for people; what a browser says of itself is not.
const reason = (error) => (error.type && error.message) || unreachable;

// A sandbox draws bare inputs, the processor itself a frame that has its own labels.
const labelled = (place) => {
  for (const input of place.querySelectorAll("input")) {
    const label = form.dataset[input.placeholder.replace(/_(\w)/, (all, letter) => letter.toUpperCase())];
    if (!label) {
      input.hidden = true;
      continue;
    }
    const field = document.createElement("div");
    const name = document.createElement("label");
    field.className = `pay__field pay__field--${input.placeholder}`;
    input.id = `card-${input.placeholder}`;
    name.htmlFor = input.id;
    name.textContent = label;
    name.className = "usa-label";
    input.className = "usa-input";
    input.inputMode = "numeric";
    input.removeAttribute("size");
    input.removeAttribute("placeholder");
    input.before(field);
    field.append(name, input);
  }
  for (const text of place.querySelectorAll(":scope > span")) text.hidden = true;
};

const answered = async (asked) => {
  try {
    return await asked();
  } catch {
    return { error: {} };
  }
};

const start = () => {
  if (!window.Stripe) {
    fail(unreachable);
    return;
  }
  const stripe = window.Stripe(key);
  let ask = () => stripe.confirmCardPayment(secret);
  if (what === "card") {
    const card = stripe.elements().create("card", { hidePostalCode: true });
    const place = form.querySelector("[data-card]");
    card.mount(place);
    labelled(place);
    ask = () => stripe.confirmCardSetup(secret, { payment_method: { card } });
  }
  const go = async () => {
    if (busy) return;
    busy = true;
    button.setAttribute("aria-disabled", "true");
    problem.textContent = "";
    say(wait);
    const { error, setupIntent } = await answered(ask);
    // Whatever a bank was answered, what became of the payment is asked of the processor.
    if (error && (what === "card" || !error.type)) {
      fail(reason(error));
      return;
    }
    if (setupIntent) form.elements["set-up"].value = setupIntent.id;
    say(paying);
    form.submit();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation(); // what keeps other forms from being sent twice is `busy` here
    go();
  });
  if (what === "payment" && !("again" in form.dataset)) go();
};

start();
