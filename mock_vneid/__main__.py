"""`python -m mock_vneid`: both doors in one process."""

from mock_vneid.main import main

main()
