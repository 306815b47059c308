"""`make bench-mock`: how fast the sandbox is beside the mock servers that people use elsewhere."""
