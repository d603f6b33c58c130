"""Texts come in and go out: what files say, as clauses to look at before anything is proposed, and documents."""
