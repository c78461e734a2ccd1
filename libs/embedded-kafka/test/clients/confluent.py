"""A round trip of librdkafka's Python client: argument 1 is the broker's address. Prints what it has seen as JSON."""

import json
import sys

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

servers = {"bootstrap.servers": sys.argv[1]}
admin = AdminClient(servers)
for future in admin.create_topics([NewTopic("python", 2, 1, config={"retention.ms": "100000"})]).values():
    future.result(30)

refused = []
producer = Producer({**servers, "transactional.id": "python", "compression.type": "lz4"})
producer.init_transactions(30)
for outcome in ("committed", "aborted"):
    producer.begin_transaction()
    for number in range(50):
        producer.produce(
            "python",
            key=str(number),
            value=f"{outcome} {number}",
            headers={"outcome": outcome},
            on_delivery=lambda error, _: error and refused.append(str(error)),
        )
    producer.flush(30)
    if outcome == "committed":
        producer.commit_transaction(30)
    else:
        producer.abort_transaction(30)

consumer = Consumer({**servers, "group.id": "python", "auto.offset.reset": "earliest", "enable.auto.commit": False})
consumer.subscribe(["python"])
seen = []
while len(seen) < 50:
    message = consumer.poll(1)
    if message is not None and message.error() is None:
        seen.append([message.key().decode(), message.value().decode(), dict(message.headers())["outcome"].decode()])
consumer.commit(asynchronous=False)
committed = consumer.committed([TopicPartition("python", 0), TopicPartition("python", 1)], 30)
consumer.close()
print(json.dumps({"refused": refused, "seen": seen, "committed": sum(max(p.offset, 0) for p in committed)}))
