"""The yardstick of a call: the same requests by httpx alone, their answers decoded as JSON and dropped.

A process of its own, spoken to line by line: a JSON list of paths in, the seconds of processor time they took out.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

import httpx


async def main() -> None:
    headers = {"Authorization": f"Bearer {os.environ['PAYT_API_TOKEN']}"}
    async with httpx.AsyncClient(base_url=os.environ["PAYT_API_URL"], headers=headers) as client:
        while line := await asyncio.to_thread(sys.stdin.readline):
            began = time.process_time()
            await asyncio.gather(*(_read(client, path) for path in json.loads(line)))
            print(time.process_time() - began, flush=True)


async def _read(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    response.raise_for_status()
    json.loads(response.content)


if __name__ == "__main__":
    asyncio.run(main())
