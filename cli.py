"""The command line of a checkout, without installing anything: ``python cli.py grade …`` (or ``python -m cli``)."""

from grader.commands.main import main

if __name__ == "__main__":
    main()
