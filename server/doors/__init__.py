"""What the outside meets: pages, the API, the live socket."""
