"""What is said at the door, where it depends on what it is said of: each string is a sentence of the catalogue
(web/wording.py). To programs it is said as it stands here."""

from __future__ import annotations

PARTNERSHIPS = {"supplier": "supplier", "customer": "customer", "outsourcing": "outsourcing", "alliance": "alliance"}
NOTHING_HERE = "There is nothing at this address."
OPEN_A_LINK = "Open the link that you were given."

READING = "Something went wrong on our side while this was read; you have changed nothing by it."
KEPT = {
    "no": "Something went wrong on our side; nothing of this was kept.",
    "yes": "This was kept; something went wrong on our side after that.",
    "unknown": "Something went wrong on our side; whether this was kept is not known.",
}
"""After a fault, by what is known of what was kept."""
NUMBER = "Its number is %(number)s."
TRY_AGAIN = "Try it again."
SEND_AGAIN = "Send it again with the same command_id: it is recorded once."
RELOAD = "Reload: it stands there."
LOOK_FIRST = "Look whether it is there before you try it again."
