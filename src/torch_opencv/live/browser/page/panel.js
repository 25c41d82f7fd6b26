// The program's own panel: rows of text and thumbnails, fields and buttons. Everything is set as text, never as HTML.

let addresses = []; // of the thumbnails that are shown

// area: is hidden if there is no panel. send: takes a message.
export function showPanel(area, panel, send) {
  const old = addresses;
  addresses = [];
  area.hidden = panel === null;
  if (panel) {
    const [title, rows, forms, buttons] = area.children;
    title.textContent = panel.title;
    rows.replaceChildren(...panel.rows.map((row) => makeRow(row, send)));
    showFields(forms, panel.fields, send);
    buttons.replaceChildren(...panel.buttons.map((button) => makeButton(button, send)));
  }
  for (const address of old) URL.revokeObjectURL(address);
}

function makeRow({ text, images, buttons }, send) {
  const row = document.createElement("li");
  if (text) {
    const paragraph = document.createElement("p");
    paragraph.textContent = text;
    row.append(paragraph);
  }
  for (const jpeg of images) {
    const image = document.createElement("img");
    image.alt = text;
    image.src = address(jpeg);
    row.append(image);
  }
  row.append(...buttons.map((button) => makeButton(button, send)));
  return row;
}

// The fields stay as they are while they are the same ones, so that nobody loses what was typed.
function showFields(area, fields, send) {
  const names = [...area.querySelectorAll("input")].map((input) => input.name);
  if (names.length === fields.length && names.every((name, i) => name === fields[i].name)) return;
  area.replaceChildren(...fields.map((field) => makeField(field, send)));
}

// A form of its own, since phones' keyboards have no Enter but a key that submits.
function makeField({ name, label }, send) {
  const form = document.createElement("form");
  const area = document.createElement("label");
  const caption = document.createElement("span");
  caption.textContent = label;
  const input = document.createElement("input");
  input.name = name;
  input.maxLength = 300;
  input.autocomplete = "off";
  input.enterKeyHint = "done";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send({ type: "text", field: name, text: input.value });
    input.value = "";
  });
  area.append(caption, input);
  form.append(area);
  return form;
}

function makeButton({ name, label }, send) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", () => send({ type: "press", button: name }));
  return button;
}

// A blob's, since the page's security policy allows no data: addresses.
function address(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const made = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
  addresses.push(made);
  return made;
}
