"""`python -m mock_vneid`: both doors in one process; `python -m mock_vneid run FILE…`: do scenario files hold?"""

import sys


def main() -> int | None:
    if sys.argv[1:2] == ["run"]:
        from mock_vneid.runner import main as run

        return run(sys.argv[2:])
    from mock_vneid.main import main as serve

    serve()
    return None


sys.exit(main())
