"""`python -m commonweal`."""

from commonweal.site.cli import main

if __name__ == "__main__":
    main()
