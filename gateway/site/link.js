"use strict";

// The token is in the link of the mail; it leaves the address bar at once.
const token = new URLSearchParams(location.search).get("token") || "";
history.replaceState(null, "", location.pathname);

const form = document.getElementById("form");
const said = document.getElementById("said");
const ask = document.getElementById("ask");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  said.textContent = "One moment …";
  try {
    const answer = await send(form.dataset.method || "PUT", form.dataset.path);
    if (answer.ok) {
      done(form.dataset.done);
      await leave(answer);
      return;
    }
    const problem = await answer.json();
    said.textContent = problem.detail;
    if (problem.code === "already_verified") {
      done(problem.detail);
    } else if (problem.code === form.dataset.ask) {
      ask.hidden = ask.disabled = false;
      ask.querySelector("input").focus();
    }
  } catch {
    said.textContent = "That did not work. Please try again.";
  }
  button.disabled = false;
});

function send(method, path) {
  const proof = method === "PUT" ? { token } : {};
  return fetch(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...proof, ...given() }),
  });
}

// What was filled in: a field that is left empty says nothing.
function given() {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
}

function done(text) {
  form.hidden = true;
  said.textContent = text;
}

// This page keeps no session: one that the answer began ends here.
async function leave(answer) {
  if (answer.status !== 200) return;
  const { access_token } = await answer.json();
  await fetch("/api/v1/sessions/current", {
    method: "DELETE",
    headers: { Authorization: `Bearer ${access_token}` },
  });
}
