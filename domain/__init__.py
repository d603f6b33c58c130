"""The language and the rules of Onetext: what two partners may do to one text, and what follows."""
