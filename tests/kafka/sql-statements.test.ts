// Programs of SQL over topics: the statements that every introduction to KSQL shows, formats, joins, and runs that are killed.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { brokerSkip, type NewRecord, sharedBroker, type TestBroker, uniqueName } from '../support/kafka-broker.ts'
import { kafkaKs, type KafkaKs, newTopic, rowsOf, sorted } from '../support/kafka-ks.ts'

const skip = brokerSkip()
let broker: TestBroker

before(async () => {
  if (!skip) broker = await sharedBroker()
})

/** The rows that a declared table has now. */
const tableRows = async (ks: KafkaKs, columns: string, topic: string, format = 'JSON'): Promise<string[]> =>
  sorted(
    await ks.rows([
      'sql',
      `CREATE TABLE t (${columns}) WITH (KAFKA_TOPIC = '${topic}', VALUE_FORMAT = '${format}'); SELECT * FROM t`,
    ]),
  )

/** The records of a topic, none of which lacks a key or a value. */
const bytesIn = async (topic: string): Promise<{ key: Buffer; value: Buffer; timestamp: number }[]> =>
  (await broker.consume(topic, { encoding: 'base64' })).map(({ key, value, timestamp }) => ({
    key: Buffer.from(key ?? '', 'base64'),
    value: Buffer.from(value ?? '', 'base64'),
    timestamp,
  }))

suite('programs of SQL', { skip }, () => {
  test('the five statements of every introduction', async (t) => {
    const ks = kafkaKs(broker, t)
    const name = uniqueName('songs')
    const declared = `
      CREATE STREAM song_stream (song_id BIGINT KEY, region VARCHAR) WITH (KAFKA_TOPIC='${name}-stream', VALUE_FORMAT='JSON', PARTITIONS=3);
      CREATE TABLE song_metadata (song_id BIGINT PRIMARY KEY, artist_name VARCHAR, genre VARCHAR) WITH (KAFKA_TOPIC='${name}-meta', VALUE_FORMAT='JSON', PARTITIONS=2);
      CREATE TABLE song_details (song_id BIGINT PRIMARY KEY, title VARCHAR) WITH (KAFKA_TOPIC='${name}-details', VALUE_FORMAT='JSON', PARTITIONS=1);`
    await ks.ok([
      'sql',
      `${declared}
      INSERT INTO song_metadata VALUES (7, 'Nina', 'jazz');
      INSERT INTO song_metadata VALUES (8, 'Joe', 'folk');
      INSERT INTO song_details VALUES (7, 'Feeling');
      INSERT INTO song_stream (ROWTIME, song_id, region) VALUES (1000, 7, 'North America');
      INSERT INTO song_stream (ROWTIME, song_id, region) VALUES (2000, 7, 'Europe');
      INSERT INTO song_stream (ROWTIME, song_id, region) VALUES (3000, 8, 'North America');
      INSERT INTO song_stream (ROWTIME, song_id, region) VALUES (3600000, 9, 'North America');`,
    ])
    const to = (topic: string): string => `WITH (KAFKA_TOPIC = '${name}-${topic}')`
    writeFileSync(
      join(ks.directory, 'songs.sql'),
      `${declared}
      CREATE TABLE song_plays ${to('plays')} AS SELECT song_id, COUNT(*) AS play_count FROM song_stream GROUP BY song_id;
      CREATE TABLE trending_songs ${to('trending')} AS SELECT song_id, COUNT(*) AS play_count FROM song_stream WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY song_id;
      CREATE TABLE american ${to('american')} AS SELECT song_id, COUNT(*) AS play_count FROM song_stream WHERE region = 'North America' GROUP BY song_id;
      CREATE TABLE trending_info ${to('info')} AS SELECT s.song_id, s.play_count, m.artist_name, m.genre FROM trending_songs s JOIN song_metadata m ON s.song_id = m.song_id;
      CREATE STREAM popular_songs ${to('popular')} AS SELECT * FROM song_details;`,
    )
    const { stderr } = await ks.ok(['sql', '-f', 'songs.sql', '-a', uniqueName('app'), '-e'])
    assert.match(stderr, /ksqlDB does not join a windowed table with one without windows/)
    assert.match(stderr, /ksqlDB makes no STREAM of a table/)
    const counts = 'SONG_ID BIGINT PRIMARY KEY, PLAY_COUNT BIGINT'
    assert.deepEqual(
      await tableRows(ks, counts, `${name}-plays`),
      sorted([
        { SONG_ID: 7, PLAY_COUNT: 2 },
        { SONG_ID: 8, PLAY_COUNT: 1 },
        { SONG_ID: 9, PLAY_COUNT: 1 },
      ]),
    )
    assert.deepEqual(
      await tableRows(ks, counts, `${name}-american`),
      sorted([
        { SONG_ID: 7, PLAY_COUNT: 1 },
        { SONG_ID: 8, PLAY_COUNT: 1 },
        { SONG_ID: 9, PLAY_COUNT: 1 },
      ]),
    )
    // Keys of windows: the BIGINT, then the start of the window.
    const windowed = async (topic: string): Promise<unknown[]> => {
      const rows = await bytesIn(`${name}-${topic}`)
      return [...new Map(rows.map(({ key, value }) => [key.toString('hex'), value.toString()]))].sort()
    }
    const key = (song: number, start: number): string => {
      const bytes = Buffer.alloc(16)
      bytes.writeBigInt64BE(BigInt(song), 0)
      bytes.writeBigInt64BE(BigInt(start), 8)
      return bytes.toString('hex')
    }
    assert.deepEqual(await windowed('trending'), [
      [key(7, 0), '{"PLAY_COUNT":2}'],
      [key(8, 0), '{"PLAY_COUNT":1}'],
      [key(9, 3_600_000), '{"PLAY_COUNT":1}'],
    ])
    assert.deepEqual(await windowed('info'), [
      [key(7, 0), '{"PLAY_COUNT":2,"ARTIST_NAME":"Nina","GENRE":"jazz"}'],
      [key(8, 0), '{"PLAY_COUNT":1,"ARTIST_NAME":"Joe","GENRE":"folk"}'],
    ])
    assert.deepEqual(
      await tableRows(ks, 'SONG_ID BIGINT PRIMARY KEY, TITLE VARCHAR', `${name}-popular`),
      sorted([{ SONG_ID: 7, TITLE: 'Feeling' }]),
    )
  })

  for (const more of [[], ['--eos']]) {
    test(`a program that is killed goes on where it was ${more.join('')}`, async (t) => {
      const ks = kafkaKs(broker, t)
      const [input, output] = await Promise.all([newTopic(broker, 'clicks', 3), newTopic(broker, 'totals', 2)])
      const app = uniqueName('app')
      const total = 6000
      const clicks = Array.from({ length: total }, (_, n): NewRecord => ({
        key: `k${String(n)}`,
        value: JSON.stringify({ user: `u${String(n % 10)}`, ms: 1 }),
        timestamp: 1000 + n,
      }))
      writeFileSync(
        join(ks.directory, 'totals.sql'),
        `CREATE STREAM clicks (id VARCHAR KEY, user VARCHAR, ms INT) WITH (KAFKA_TOPIC = '${input}', VALUE_FORMAT = 'JSON');
        CREATE STREAM slow WITH (KAFKA_TOPIC = '${output}-slow') AS SELECT id, user, ms FROM clicks WHERE ms > 0;
        CREATE TABLE totals WITH (KAFKA_TOPIC = '${output}') AS SELECT user, COUNT(*) AS n, SUM(ms) AS s FROM slow GROUP BY user;`,
      )
      const settings = ['-X', 'commit.interval.ms=100', '-X', 'session.timeout.ms=6000']
      const args = ['sql', '-f', 'totals.sql', '-a', app, ...settings, ...more]
      for (let round = 0; round < 3; round++) {
        const run = ks.start(args)
        await broker.produce(input, clicks.slice((round * total) / 3, ((round + 1) * total) / 3))
        // Somewhere between its start and its end.
        await delay(1500 + 400 * round)
        run.kill('SIGKILL')
        await run.ended
      }
      await ks.ok([...args, '-e'])
      const rows = (await tableRows(ks, 'USER VARCHAR PRIMARY KEY, N BIGINT, S BIGINT', output)).map(
        (row) => JSON.parse(row) as { N: number },
      )
      assert.equal(rows.length, 10)
      const sum = rows.reduce((count, { N }) => count + N, 0)
      if (more.length > 0) assert.equal(sum, total)
      else assert.ok(sum >= total, String(sum))
    })
  }

  test('formats of keys and values', async (t) => {
    const ks = kafkaKs(broker, t)
    const name = uniqueName('formats')
    await ks.ok([
      'sql',
      `CREATE STREAM orders (id INT KEY, item VARCHAR, price DECIMAL(8, 2), tags ARRAY<VARCHAR>, at TIMESTAMP)
         WITH (KAFKA_TOPIC = '${name}', VALUE_FORMAT = 'JSON', PARTITIONS = 2);
      INSERT INTO orders VALUES (1, 'pen, "red"', 1.5, ARRAY['a', 'b'], '2024-01-01T00:00:00.000');
      INSERT INTO orders VALUES (2, 'ink', 10, ARRAY[], '2024-01-02T00:00:00.000');
      INSERT INTO orders (id, item) VALUES (3, NULL);`,
    ])
    writeFileSync(
      join(ks.directory, 'formats.sql'),
      `CREATE STREAM orders (id INT KEY, item VARCHAR, price DECIMAL(8, 2), tags ARRAY<VARCHAR>, at TIMESTAMP)
         WITH (KAFKA_TOPIC = '${name}', VALUE_FORMAT = 'JSON', TIMESTAMP = 'at');
      CREATE STREAM rows WITH (KAFKA_TOPIC = '${name}-rows', VALUE_FORMAT = 'DELIMITED', VALUE_DELIMITER = ';', KEY_FORMAT = 'JSON') AS
        SELECT id, item, price, at FROM orders WHERE at IS NOT NULL PARTITION BY id, item;
      CREATE STREAM items WITH (KAFKA_TOPIC = '${name}-items', FORMAT = 'KAFKA') AS SELECT id, item FROM orders WHERE at IS NOT NULL;
      CREATE STREAM bare WITH (KAFKA_TOPIC = '${name}-bare', WRAP_SINGLE_VALUE = FALSE) AS SELECT id, tags FROM orders WHERE at IS NOT NULL;`,
    )
    await ks.ok(['sql', '-f', 'formats.sql', '-a', uniqueName('app'), '-e'])
    const read = async (topic: string): Promise<unknown[]> =>
      (await bytesIn(`${name}-${topic}`))
        .map(({ key, value, timestamp }) => [
          topic === 'rows' ? key.toString() : key.readInt32BE(),
          value.toString(),
          timestamp,
        ])
        .sort()
    const [first, second] = [Date.parse('2024-01-01Z'), Date.parse('2024-01-02Z')]
    assert.deepEqual(await read('rows'), [
      ['{"ID":1,"ITEM":"pen, \\"red\\""}', `1.50;${String(first)}`, first],
      ['{"ID":2,"ITEM":"ink"}', `10.00;${String(second)}`, second],
    ])
    assert.deepEqual(await read('items'), [
      [1, 'pen, "red"', first],
      [2, 'ink', second],
    ])
    assert.deepEqual(await read('bare'), [
      [1, '["a","b"]', first],
      [2, '[]', second],
    ])
    // And back.
    const { stdout } = await ks.ok([
      'sql',
      `CREATE STREAM rows (id INT KEY, item VARCHAR KEY, price DECIMAL(8, 2), at TIMESTAMP)
         WITH (KAFKA_TOPIC = '${name}-rows', KEY_FORMAT = 'JSON', VALUE_FORMAT = 'DELIMITED', VALUE_DELIMITER = ';');
       SELECT id, item, price * 2 AS twice, at FROM rows`,
    ])
    assert.deepEqual(
      sorted(rowsOf(stdout)),
      sorted([
        { id: 1, item: 'pen, "red"', twice: 3, at: first },
        { id: 2, item: 'ink', twice: 20, at: second },
      ]),
    )
  })

  test('streams and tables join over partitions of different numbers', async (t) => {
    const ks = kafkaKs(broker, t)
    const name = uniqueName('joined')
    const declared = `
      CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR, boss INT) WITH (KAFKA_TOPIC = '${name}-users', VALUE_FORMAT = 'JSON', PARTITIONS = 3);
      CREATE TABLE ages (id VARCHAR PRIMARY KEY, age INT) WITH (KAFKA_TOPIC = '${name}-ages', VALUE_FORMAT = 'JSON', PARTITIONS = 2);
      CREATE STREAM clicks (page VARCHAR KEY, user INT) WITH (KAFKA_TOPIC = '${name}-clicks', VALUE_FORMAT = 'JSON', PARTITIONS = 2);`
    const ids = Array.from({ length: 12 }, (_, id) => id)
    await ks.ok([
      'sql',
      `${declared}
          ${ids.map((id) => `INSERT INTO users VALUES (${String(id)}, 'n${String(id)}', ${String(id % 3)});`).join('\n')}
          ${ids.map((id) => `INSERT INTO ages VALUES ('n${String(id)}', ${String(20 + id)});`).join('\n')}`,
    ])
    await delay(50)
    await ks.ok([
      'sql',
      `${declared}
        ${ids.map((id) => `INSERT INTO clicks VALUES ('/p${String(id)}', ${String(id)});`).join('\n')}
        INSERT INTO clicks VALUES ('/none', 99);`,
    ])
    writeFileSync(
      join(ks.directory, 'joins.sql'),
      `${declared}
      CREATE STREAM named WITH (KAFKA_TOPIC = '${name}-named', KEY_FORMAT = 'KAFKA') AS
        SELECT c.user, c.page AS page, u.name AS name FROM clicks c LEFT JOIN users u ON c.user = u.id;
      CREATE TABLE bosses WITH (KAFKA_TOPIC = '${name}-bosses') AS
        SELECT u.id, u.name AS name, b.name AS boss FROM users u JOIN users_too b ON u.boss = b.id;
      CREATE TABLE aged WITH (KAFKA_TOPIC = '${name}-aged') AS
        SELECT u.id, a.age AS age FROM users u LEFT JOIN ages a ON u.name = a.id;
      CREATE TABLE per_user WITH (KAFKA_TOPIC = '${name}-per-user') AS SELECT user, COUNT(*) AS n FROM clicks GROUP BY user;
      CREATE TABLE counted WITH (KAFKA_TOPIC = '${name}-counted') AS
        SELECT u.id, u.name AS name, p.n AS n FROM users u JOIN per_user p ON u.id = p.user;`.replace(
        'CREATE STREAM named',
        `CREATE TABLE users_too WITH (KAFKA_TOPIC = '${name}-too') AS SELECT id, name FROM users; CREATE STREAM named`,
      ),
    )
    await ks.ok(['sql', '-f', 'joins.sql', '-a', uniqueName('app'), '-e'])
    const rows = (columns: string, topic: string): Promise<unknown[]> => tableRows(ks, columns, `${name}-${topic}`)
    assert.deepEqual(
      await rows('USER INT PRIMARY KEY, PAGE VARCHAR, NAME VARCHAR', 'named'),
      sorted([
        ...ids.map((id) => ({ USER: id, PAGE: `/p${String(id)}`, NAME: `n${String(id)}` })),
        { USER: 99, PAGE: '/none', NAME: null },
      ]),
    )
    assert.deepEqual(
      await rows('ID INT PRIMARY KEY, NAME VARCHAR, BOSS VARCHAR', 'bosses'),
      sorted(ids.map((id) => ({ ID: id, NAME: `n${String(id)}`, BOSS: `n${String(id % 3)}` }))),
    )
    assert.deepEqual(
      await rows('ID INT PRIMARY KEY, AGE INT', 'aged'),
      sorted(ids.map((id) => ({ ID: id, AGE: 20 + id }))),
    )
    assert.deepEqual(
      await rows('ID INT PRIMARY KEY, NAME VARCHAR, N BIGINT', 'counted'),
      sorted(ids.map((id) => ({ ID: id, NAME: `n${String(id)}`, N: 1 }))),
    )
  })
})
