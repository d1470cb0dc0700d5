"""Django's own entry, for people who know it: `commonweal VERB` is the same."""

from commonweal.site.cli import main

if __name__ == "__main__":
    main()
