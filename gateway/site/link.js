"use strict";

// The token stands behind the #, which browsers send to nobody; it leaves the address bar at once.
const token = new URLSearchParams(location.hash.slice(1)).get("token") || "";
history.replaceState(null, "", location.pathname);

const form = document.getElementById("form");
const said = document.getElementById("said");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  said.textContent = "One moment …";
  try {
    const answer = await fetch(form.dataset.path, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, ...Object.fromEntries(new FormData(form)) }),
    });
    if (answer.ok) {
      form.hidden = true;
      said.textContent = form.dataset.done;
      return;
    }
    said.textContent = (await answer.json()).detail;
  } catch {
    said.textContent = "That did not work. Please try again.";
  }
  button.disabled = false;
});
