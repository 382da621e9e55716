"""Second implementation of Onsale's provable fairness, from README.md alone. Python 3, standard library.

Writes merkle.json, chain.json, draw.json, receipt.json and record.json beside itself.
"""

import base64
import hashlib
import json
import math
import pathlib
import struct
import uuid

HERE = pathlib.Path(__file__).parent
CHAIN_HASH = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
ROUND = 1000
SIGNATURE = (
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125"
    "e342b73a8dd2bacbe47e4b6b63ed5e39"
)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def u32(number):
    return struct.pack(">I", number)


def u64(number):
    return struct.pack(">Q", number)


# 1. Batches. The tree is built from the top: a level-by-level tree whose last odd node goes up is the
# tree whose left half is the largest power of two below the number of nodes (RFC 6962, 2.1).


def fan_hash(event, account):
    return sha256(b"onsale/fan/v1\0", event.encode(), b"\0", account.encode())


def fans(event, accounts):
    return [(fan_hash(event, account), 1) for account in accounts]


def halves(nodes):
    split = 1 << (len(nodes) - 1).bit_length() - 1
    return nodes[:split], nodes[split:]


def root(nodes):
    if len(nodes) == 1:
        return nodes[0]
    (lh, lc), (rh, rc) = map(root, halves(nodes))
    return sha256(b"\x01", lh, u32(lc), rh, u32(rc)), lc + rc


def path(nodes, index):
    if len(nodes) == 1:
        return b""
    left, right = halves(nodes)
    if index < len(left):
        below, (digest, count), side = path(left, index), root(right), 0
    else:
        below, (digest, count), side = path(right, index - len(left)), root(left), 1
    return below + u32(side << 31 | count) + digest


def written(node):
    return {"hash": b64(node[0]), "count": node[1]}


# 2. The chain.


def genesis(event, opens_at, draw):
    bound = b""
    if draw is not None:
        bound = unb64(draw["commitment"]) + bytes.fromhex(draw["chainHash"]) + u64(draw["round"])
    return sha256(b"onsale/genesis/v1\0", event.encode(), b"\0", u64(opens_at), bound)


def head_after(head, link):
    name = link["child"].encode()
    numbers = b"".join(u64(link[key]) for key in ("seq", "at", "batch", "first", "count"))
    return sha256(b"onsale/chain/v1", head, numbers, bytes([len(name)]), name, unb64(link["root"]))


# 3. The seed.


def seed_of(secret, lobby_head, count, randomness):
    return sha256(b"onsale/draw/v1", secret, lobby_head, u64(count), randomness)


# 4. The draw.


def numbers(seed):
    block = 0
    while True:
        yield from struct.unpack(">8I", sha256(b"onsale/stream/v1", seed, u64(block)))
        block += 1


def below(stream, bound):
    return next(n for n in stream if n < 2**32 - 2**32 % bound) % bound


def draw(seed, count):
    """A function from place to order."""
    stream = numbers(seed)
    if count < 4096:
        orders = list(range(count))
        for i in reversed(range(1, count)):
            j = below(stream, i + 1)
            orders[i], orders[j] = orders[j], orders[i]
        return orders.__getitem__
    rows = math.isqrt(count - 1) + 1
    columns = -(-count // rows)
    tables = []
    for k in range(10):
        entries, bound = (rows, columns) if k % 2 else (columns, rows)
        tables.append([below(stream, bound) for _ in range(entries)])

    def once(x):
        row, column = divmod(x, columns)
        for k, table in enumerate(tables):
            if k % 2 == 0:
                row = (row + table[column]) % rows
            else:
                column = (column + table[row]) % columns
        return row * columns + column

    def order(place):
        place = once(place)
        while place >= count:
            place = once(place)
        return place

    return order


# 5. Receipts: Ed25519 by RFC 8032, 5.1, in affine coordinates, slow and plain.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def recover_x(y, odd):
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return P - x if x % 2 != odd else x


BASE_Y = 4 * pow(5, -1, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y)


def add(a, b):
    (ax, ay), (bx, by) = a, b
    cross = D * ax * bx * ay * by % P
    x = (ax * by + bx * ay) * pow(1 + cross, -1, P) % P
    y = (ay * by + ax * bx) * pow(1 - cross, -1, P) % P
    return x, y


def multiply(scalar, point):
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def encode(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def keys(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    return scalar, digest[32:], encode(multiply(scalar, BASE))


def sign(seed, message):
    scalar, prefix, public = keys(seed)

    def number(*parts):
        return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L

    r = number(prefix, message)
    commitment = encode(multiply(r, BASE))
    s = (r + number(commitment, public, message) * scalar) % L
    return commitment + s.to_bytes(32, "little")


def receipt(seed, event, link, head, steps):
    header = {"alg": "EdDSA", "typ": "JWT", "kid": "receipt-1"}
    payload = {"evt": event, "link": link, "head": b64(head)}
    payload |= {"iss": "onsale", "aud": "onsale:receipt"}
    signed = ".".join(b64(json.dumps(part, separators=(",", ":")).encode()) for part in (header, payload))
    return f"{signed}.{b64(sign(seed, signed.encode()))}~{b64(steps)}"


# 6. The files.


def account(index):
    return str(uuid.UUID(bytes=sha256(b"account", u64(index))[:16], version=4))


def merkle_vectors():
    event = "vectors-2026"
    batches = []
    for size in (1, 2, 3, 5, 8, 13, 64, 100):
        accounts = [account(size * 1000 + i) for i in range(size)]
        nodes = fans(event, accounts)
        paths = {i: b64(path(nodes, i)) for i in {0, size // 2, size - 1}}
        batches.append({"accounts": accounts, "root": written(root(nodes)), "paths": paths})
    roots = [(unb64(b["root"]["hash"]), b["root"]["count"]) for b in batches]
    relays = [roots[:3], roots[3:]]
    top = [root(relay) for relay in relays]
    last = len(roots) - 1
    steps = path(fans(event, batches[last]["accounts"]), 50) + path(relays[1], last - 3) + path(top, 1)
    joined = {
        "batches": [list(range(3)), list(range(3, len(roots)))],
        "roots": [written(node) for node in top],
        "root": written(root(top)),
        "fan": {"batch": last, "index": 50, "path": b64(steps), "offset": sum(c for _, c in roots[:last]) + 50},
    }
    return {"eventId": event, "fanHash": b64(fan_hash(event, account(1000))), "batches": batches, "relays": joined}


def grow(event, opens_at, draw_terms, grants):
    """Links and the head after each, from the genesis on."""
    heads = [genesis(event, opens_at, draw_terms)]
    links = []
    first = 0
    for seq, (at, child, batch, nodes) in enumerate(grants):
        digest, count = root(nodes)
        link = {"seq": seq, "at": at, "child": child, "batch": batch}
        link |= {"first": first, "count": count, "root": b64(digest)}
        links.append(link)
        heads.append(head_after(heads[-1], link))
        first += count
    return links, heads


def chain_vectors():
    chains = []
    sizes = (4, 1, 9, 2)
    commitment = b64(sha256(sha256(b"a secret")))
    for event, terms in (
        ("vectors-fifo", None),
        ("vectors-draw", {"commitment": commitment, "chainHash": CHAIN_HASH, "round": 31_415_926}),
    ):
        grants = [
            (1_700_000_000_000 + i * 250, f"{event}/leaf/{i % 2}", i // 2, fans(event, map(account, range(n))))
            for i, n in enumerate(sizes)
        ]
        links, heads = grow(event, 1_700_000_000_500, terms, grants)
        terms = {"eventId": event, "opensAt": 1_700_000_000_500, "draw": terms}
        chains.append({"terms": terms, "links": links, "heads": [b64(head) for head in heads]})
    return {"chains": chains}


def draw_vectors():
    randomness = sha256(bytes.fromhex(SIGNATURE))
    seeds = []
    draws = []
    for count in (0, 1, 2, 3, 10, 50, 1000, 4095, 4096, 4097, 5000, 65_536, 100_000, 13_000_000):
        secret, lobby = sha256(b"secret", u64(count)), sha256(b"lobby", u64(count))
        seed = seed_of(secret, lobby, count, randomness)
        parts = {"secret": b64(secret), "lobbyRoot": b64(lobby), "lobbyCount": count}
        parts["randomness"] = randomness.hex()
        seeds.append({"parts": parts, "commitment": b64(sha256(secret)), "seed": b64(seed)})
        order = draw(seed, count)
        places = range(count) if count <= 50 else [i * (count - 1) // 49 for i in range(50)]
        entry = {"seed": b64(seed), "count": count, "orders": [[p, order(p)] for p in places]}
        if count <= 100_000:
            entry["all"] = b64(sha256(*(u32(order(p)) for p in range(count))))
        draws.append(entry)
    return {"seeds": seeds, "draws": draws}


def sample():
    """An event that never was: a lobby of three relayed batches and a single one, then two after opening."""
    event = "sample-2023"
    opens_at = (1_692_803_367 + 3 * (ROUND - 1)) * 1000 - 10_000
    secret, key = sha256(b"the sample's secret"), sha256(b"the sample's key")
    terms = {"commitment": b64(sha256(secret)), "chainHash": CHAIN_HASH, "round": ROUND}
    sizes = (40, 25, 60, 7, 12, 30)
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    batches = [fans(event, [account(s + i) for i in range(n)]) for s, n in zip(starts, sizes)]
    relayed = [root(batch) for batch in batches[:3]]
    grants = [
        (opens_at - 9_000, f"{event}/relay/0", 1, relayed),
        (opens_at - 2_500, f"{event}/leaf/3", 1, batches[3]),
        (opens_at + 700, f"{event}/leaf/3", 2, batches[4]),
        (opens_at + 4_200, f"{event}/leaf/1", 7, batches[5]),
    ]
    links, heads = grow(event, opens_at, terms, grants)
    lobby = sum(sizes[:4])
    seed = seed_of(secret, heads[2], lobby, sha256(bytes.fromhex(SIGNATURE)))
    record = {
        "version": 1,
        "eventId": event,
        "opensAt": opens_at,
        "policy": "draw",
        "receiptKey": b64(keys(key)[2]),
        "commitment": terms["commitment"],
        "drand": {"chainHash": CHAIN_HASH, "round": ROUND, "signature": SIGNATURE},
        "secret": b64(secret),
        "seed": b64(seed),
        "seal": {"links": 2, "lobbyCount": lobby, "head": b64(heads[2]), "at": opens_at + 15},
        "length": len(links),
        "links": links,
        "head": b64(heads[-1]),
        "gaps": [[8, 16, 3], [40, 48, 1]],
        "admissions": [[opens_at + 10_500, 50], [opens_at + 15_500, 100], [opens_at + 20_500, 174]],
    }
    order = draw(seed, lobby)
    receipts = []
    for batch, index in ((0, 0), (1, 13), (2, 59), (3, 3)):
        link, head = (links[0], heads[1]) if batch < 3 else (links[1], heads[2])
        steps = path(batches[batch], index) + (path(relayed, batch) if batch < 3 else b"")
        place = starts[batch] + index
        text = receipt(key, event, link, head, steps)
        receipts.append({"account": account(place), "place": place, "order": order(place), "receipt": text})
    late = {"account": account(starts[4]), "place": starts[4], "order": starts[4]}
    late["receipt"] = receipt(key, event, links[2], heads[3], path(batches[4], 0))
    return record, {"receiptKey": record["receiptKey"], "receipts": [*receipts, late]}


def main():
    record, receipts = sample()
    files = {
        "merkle": merkle_vectors(),
        "chain": chain_vectors(),
        "draw": draw_vectors(),
        "receipt": receipts,
        "record": record,
    }
    for name, content in files.items():
        (HERE / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
