"""The command line: argparse and print; never loads Qt."""
