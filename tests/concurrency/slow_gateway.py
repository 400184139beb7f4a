"""A text message gateway that takes its time: SLOW_GATEWAY seconds for each message but those to SLOW_SPARES."""

import os
import time

from portal.accounts.sms import file
from portal.accounts.sms.base import Receipt, TextMessage


class Backend(file.Backend):
    """Writes what left into the same file as the ordinary one."""

    def send(self, message: TextMessage) -> Receipt:
        if message.phone != os.environ["SLOW_SPARES"]:
            time.sleep(float(os.environ["SLOW_GATEWAY"]))
        return super().send(message)
