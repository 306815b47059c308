"""A sandbox that behaves like VNeID and NDXP: strict and calm by default, wrong only by name. See README.md."""
