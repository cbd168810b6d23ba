import click
@click.group()
def packs() -> None:
    """Rule packs."""
