// What the program lets its user choose among: a button for each, the present one pressed. The names are set as text.

// area: is hidden if there are none. list: holds the buttons. choose: is called with a choice's number, from 0.
export function showChoices(area, list, { choices, chosen }, choose) {
  area.hidden = choices.length === 0;
  const names = [...list.children].map((button) => button.dataset.name);
  if (names.length !== choices.length || names.some((name, i) => name !== choices[i])) {
    list.replaceChildren(...choices.map((name, i) => makeButton(name, i, choose)));
  }
  for (const button of list.children) {
    const pressed = String(button.dataset.name === chosen);
    if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
  }
}

function makeButton(name, number, choose) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.name = name;
  const text = document.createElement("span");
  text.textContent = name;
  button.append(text);
  if (number < 9) {
    const key = document.createElement("kbd");
    key.textContent = number + 1;
    button.append(key);
    button.setAttribute("aria-keyshortcuts", number + 1);
  }
  button.addEventListener("click", (event) => {
    choose(number);
    if (event.detail > 0) button.blur(); // or the space key would press it again
  });
  return button;
}
