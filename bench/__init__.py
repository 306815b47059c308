"""Speed as ratios, measured interleaved: `make bench`."""
