"""What fields are called that say what others beside them hold."""

from __future__ import annotations

from agentguard.detect.lexicon.words import words

NAMING = words(
    "name key label field title id question type column fieldname attribute property parameter"
    " prompt code caption header path system"
)
RANKS = {"type": 0, "id": 1, "code": 1, "key": 1, "path": 1, "system": 1}
"""How much a name for naming says, where there are several; others say the most."""
NAMED = words(
    "value val text answer content data input current old new oldvalue newvalue stringvalue"
    " response displayvalue rawvalue"
)
COLUMNS = words("columns fields headers header names columnnames cols keys")
SPEAKERS = words(
    "user username userid user_id user_name from from_id from_name sender senderid sender_id"
    " sender_name author authorid author_id author_name speaker role participant participantid"
    " participantrole participant_id nick party spk spkr speakerid speaker_id speakername"
    " speakerlabel speaker_label actor actortype actor_type actorname actor_name"
)
SAID = words("text body message content msg utterance transcript")
