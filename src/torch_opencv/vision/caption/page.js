"use strict";
const query = document.getElementById("query"), count = document.getElementById("count");
const pictures = [...document.querySelectorAll("figure")].map((figure) => [figure, figure.textContent.toLowerCase()]);
const total = count.textContent;
query.addEventListener("input", () => {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const [figure, text] of pictures) {
    const found = words.every((word) => text.includes(word));
    figure.hidden = !found;
    shown += found;
  }
  count.textContent = words.length ? `${shown} of ${total}` : total;
  document.getElementById("nothing").hidden = shown > 0;
});
