"""Run `recert` as `python -m recert`."""

from recert.cli import main

if __name__ == "__main__":
    main()
