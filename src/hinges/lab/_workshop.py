"""What a running lab works with: the processes that answer, those that train, and the files that pages bring."""

import asyncio

from hinges.lab._pool import Pool
from hinges.lab._trainers import Trainers
from hinges.lab._uploads import Uploads

WARM_AFTER = 1.0  # seconds after the page was asked for, which comes first


class Workshop:
    """Made where the loop runs, and closed at the lab's end."""

    def __init__(self) -> None:
        self.uploads = Uploads()
        self.pool = Pool(uploads=self.uploads.folder)
        self.trainers = Trainers(uploads=self.uploads.folder)
        self._warming: asyncio.Task[None] | None = None

    def warm_up(self) -> None:
        """Have a process ready soon, now that somebody has opened the page; at the first call alone."""
        if self._warming is None:
            self._warming = asyncio.create_task(self._warm())

    async def _warm(self) -> None:
        await asyncio.sleep(WARM_AFTER)
        await self.pool.warm()

    def close(self) -> None:
        """End every process, and remove every file."""
        if self._warming is not None:
            self._warming.cancel()
        self.pool.close()
        self.trainers.close()
        self.uploads.close()
