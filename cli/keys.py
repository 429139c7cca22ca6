"""flask keys: the keys that seal data."""

import click

from cli.group import Group
from cli.progress import progress
from twofactor import rotation
from twofactor.crypto import Unreadable
from twofactor.house import house

keys = Group("keys", help="The keys that seal data.")


@keys.command("rotate")
def rotate() -> None:
    """Seal everything with the newest of SIXDIGITS_DATA_KEYS, while the house is running.

    Put a new key in front of the list, restart every process, then run this. It may be stopped and
    started again. Drop the old key when it says so.
    """
    kit = house().kit
    total = rotation.waiting(kit)
    try:
        with progress("Rotating", total) as advance:
            rotation.rotate(kit, advance)
    except Unreadable as error:
        raise click.ClickException(
            f"A value is {error}. Put the key that sealed it back into SIXDIGITS_DATA_KEYS."
        ) from error
    click.echo(f"{total} values are sealed with the newest key now.")
    if len(kit.settings.data_keys) > 1:
        minutes = kit.settings.codes.lifetime_seconds // 60 + 1
        click.echo(
            f"Drop the older keys from SIXDIGITS_DATA_KEYS in {minutes} minutes, when the codes "
            "that are on their way have ended, and restart every process. Keep a key as long as "
            "you keep backups that it sealed."
        )
