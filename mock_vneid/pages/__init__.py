"""What people look at in a browser: plain HTML, no script, nothing fetched from anywhere."""
