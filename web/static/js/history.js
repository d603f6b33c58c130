// The history of an agreement: travels through its events, and ends when the link that opened it does.
import "/static/js/local_time.js";
import { travel } from "/static/js/travel.js";

travel();

const shared = location.pathname.match(/^\/shared\/[^/]+\//)?.[0];
if (shared) follow(shared);
else leadHome();

/** A member has a home to go back to; a guest, who gets the same page, has none. */
function leadHome() {
  const seat = location.pathname.match(/^(.*\/)history\//)?.[1];
  const whose = document.getElementById("whose");
  if (!seat || !whose) return;
  const link = document.createElement("a");
  link.href = seat;
  link.className = "home";
  link.title = whose.dataset.home ?? "";
  link.append("‹ ", ...whose.childNodes);
  whose.append(link);
}

/** @param {string} tree the path under which the link's pages stand */
function follow(tree) {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${tree}live`);
  socket.addEventListener("close", (event) => {
    if (event.code === 4410) tellEnded();
    else setTimeout(() => follow(tree), 2000);
  });
}

/** Nothing of what was shown stays. */
function tellEnded() {
  const told = document.getElementById("ended");
  if (!told) return;
  told.hidden = false;
  document.body.replaceChildren(told);
  document.title = "Onetext";
}
