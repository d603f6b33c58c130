// The room: sends what forms say as commands, follows the connection, and keeps one's place. What is shown comes from
// the server alone.
import { arrange, keepDraftsOfRemovedClauses } from "/static/js/arrange.js";
import { chooseClause, keepChoice, reloadStory } from "/static/js/choose.js";
import { actOn } from "/static/js/acting.js";
import { look, openOnceRead } from "/static/js/binding.js";
import { follow } from "/static/js/connection.js";
import { keepDesks, openWhatWasAskedFor, tellWhatIsNoLongerOpen, tellWhatMovedOn } from "/static/js/desks.js";
import { listDrafts } from "/static/js/drafts.js";
import { filterBy } from "/static/js/filter.js";
import { listenToKeys } from "/static/js/keys.js";
import "/static/js/local_time.js";
import { markClauses } from "/static/js/marks.js";
import { keepPlace } from "/static/js/place.js";
import { showPresence } from "/static/js/presence.js";
import "/static/js/redline.js";
import { showOwn } from "/static/js/sent.js";
import { markOwnSignature, refreshSigning } from "/static/js/signing.js";
import { gettext } from "/static/js/wording.js";

const room = /** @type {HTMLElement} */ (document.getElementById("room"));
const acts = actOn(room);

function showTitle() {
  const waiting = Number(document.getElementById("bar")?.dataset.waiting ?? 0);
  const said = document.getElementById("said");
  const words = waiting ? gettext("Waiting for us: %(count)s", { count: waiting }) : gettext("Nothing waits for us");
  if (said && room.dataset.us && said.textContent !== words) said.textContent = words;
  document.title = waiting ? `(${waiting}) ${room.dataset.title}` : (room.dataset.title ?? "");
}

let shownStatus = document.getElementById("bar")?.dataset.status;
const presence = showPresence(room);
const filter = filterBy(room);
const marks = markClauses(room);
const drafts = listDrafts(room);
keepDraftsOfRemovedClauses();
follow(room, {
  opened() {
    acts.connected();
    presence.say();
    reloadStory();
    openWhatWasAskedFor();
  },
  closed() {
    acts.cutOff();
    presence.show([]);
  },
  received(frame) {
    if (frame.type === "shown" && frame.order) arrange(frame.order);
    if (frame.type === "presence") presence.show(frame.members);
    if (frame.type === "shown") {
      showTitle();
      filter.refresh();
      marks.refresh();
      keepChoice();
      reloadStory(frame.terms ?? []);
      refreshSigning();
      markOwnSignature(room);
      tellWhatMovedOn();
      const status = document.getElementById("bar")?.dataset.status;
      if (status !== shownStatus) tellWhatIsNoLongerOpen();
      shownStatus = status;
      drafts.refresh();
      look();
    }
  },
});
keepPlace(showOwn);
keepDesks();
openOnceRead();
listenToKeys();
markOwnSignature(room);
showTitle();
chooseClause(location.hash);
