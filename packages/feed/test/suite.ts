import { randomUUID } from 'node:crypto'
import type { NetworkProxy } from '@millrace/testkit'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EventFeed, MAX_INLINE_BYTES, runTopic } from '../src/index.js'

/** One test's feed on a backend: a channel prefix that no other test uses. */
export interface FeedHarness {
  readonly proxy: NetworkProxy
  /** Another process's view of the same feed. */
  open(options: OpenOptions): Promise<EventFeed>
  /** Subscriptions that the backend knows of the topic. */
  backendSubscriptions(topic: string): Promise<number>
  /** Ends every connection of the feeds, as an administrator can. */
  killConnections(): Promise<void>
  close(): Promise<void>
}

export interface OpenOptions {
  readonly proxied?: boolean
  readonly onError?: (error: Error) => void
}

/** Timers and sockets that keep the process alive. */
const leftovers = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind !== 'TCPServerWrap').length

/** What every adapter of the event feed must do. */
export function describeEventFeed(backend: string, createHarness: () => Promise<FeedHarness>): void {
  let harness: FeedHarness
  let feeds: EventFeed[]

  const open = async (options: OpenOptions = {}): Promise<EventFeed> => {
    const feed = await harness.open(options)
    feeds.push(feed)
    return feed
  }
  const listen = async (feed: EventFeed, topic: string) => {
    const seen: string[] = []
    const leave = await feed.subscribe(topic, (payload) => void seen.push(payload))
    return { seen, leave }
  }
  const send = (feed: EventFeed, topic: string, ...payloads: string[]): Promise<void> =>
    feed.publish(payloads.map((payload) => ({ topic, payload })))
  const sendWhenBack = (feed: EventFeed, topic: string, payload: string): Promise<true> =>
    waitFor(
      () =>
        send(feed, topic, payload).then(
          () => true,
          () => false,
        ),
      { what: 'the backend to return' },
    )
  const reconnects = (feed: EventFeed) => {
    const state = { count: 0 }
    feed.onReconnect(() => {
      state.count++
    })
    return state
  }

  beforeEach(async () => {
    harness = await createHarness()
    feeds = []
  })
  afterEach(async () => {
    await Promise.all(feeds.map((feed) => feed.close()))
    await harness.close()
  })

  describe(`${backend} event feed`, () => {
    it('delivers 1,000 messages of a topic in order, sent one by one and in batches', async () => {
      const [publisher, subscriber] = await Promise.all([open(), open()])
      const { seen } = await listen(subscriber, 'numbers')
      const numbers = Array.from({ length: 1_000 }, (_, index) => String(index))
      const sent: Promise<void>[] = []
      for (let from = 0; from < 500; from++) sent.push(send(publisher, 'numbers', numbers[from] ?? ''))
      for (let from = 500; from < 1_000; from += 50) {
        sent.push(send(publisher, 'numbers', ...numbers.slice(from, from + 50)))
      }
      await Promise.all(sent)
      await waitFor(() => seen.length >= 1_000, { what: 'all messages' })
      expect(seen).toEqual(numbers)
    })

    it('delivers to the listeners of the topic, in every process, and to no other', async () => {
      const [one, two] = await Promise.all([open(), open()])
      const a = await Promise.all([listen(one, 'a'), listen(two, 'a')])
      const b = await listen(two, 'b')
      await one.publish([
        { topic: 'a', payload: '1' },
        { topic: 'nobody', payload: '2' },
        { topic: 'b', payload: '3' },
      ])
      await waitFor(() => b.seen.length === 1 && a.every(({ seen }) => seen.length === 1), { what: 'all' })
      expect([...a.map(({ seen }) => seen), b.seen]).toEqual([['1'], ['1'], ['3']])
    })

    it('calls listeners of a run in the process that publishes at once, and once', async () => {
      const [near, far] = await Promise.all([open(), open()])
      const topic = runTopic(randomUUID())
      const [here, there] = await Promise.all([listen(near, topic), listen(far, topic)])
      const sent = send(near, topic, '1', '2')
      expect(here.seen).toEqual(['1', '2'])
      await sent
      await waitFor(() => there.seen.length === 2, { what: 'the other process' })
      // Behind what comes back of the first two.
      await send(far, topic, '3')
      await waitFor(() => here.seen.length >= 3, { what: 'the message from there' })
      expect(here.seen).toEqual(['1', '2', '3'])
    })

    it('calls them while the backend is away, and drops nothing of others once it is back', async () => {
      const [near, far] = await Promise.all([open({ proxied: true }), open()])
      const topic = runTopic(randomUUID())
      const { seen } = await listen(near, topic)
      const back = reconnects(near)
      await harness.proxy.refuse()
      await send(near, topic, '1').catch(() => undefined)
      expect(seen).toEqual(['1'])
      await harness.proxy.heal()
      await waitFor(() => back.count > 0, { what: 'the feed to be back' })
      await send(far, topic, '1')
      await waitFor(() => seen.length === 2, { what: 'the same words of another process' })
    })

    it('has one backend subscription for all listeners of a topic, and none after the last', async () => {
      const feed = await open()
      const topic = runTopic(randomUUID())
      const listeners = await Promise.all([listen(feed, topic), listen(feed, topic), listen(feed, topic)])
      expect([feed.topics, await harness.backendSubscriptions(topic)]).toEqual([1, 1])
      await send(feed, topic, 'x')
      await waitFor(() => listeners.every(({ seen }) => seen.length === 1), { what: 'every listener' })

      const [first, ...others] = listeners
      first?.leave()
      first?.leave()
      expect([feed.topics, await harness.backendSubscriptions(topic)]).toEqual([1, 1])
      await send(feed, topic, 'y')
      await waitFor(() => others.every(({ seen }) => seen.length === 2), { what: 'the others' })
      expect(first?.seen).toEqual(['x'])

      for (const { leave } of others) leave()
      expect(feed.topics).toBe(0)
      await feed.ping()
      expect(await harness.backendSubscriptions(topic)).toBe(0)
    })

    it('keeps a topic that is left and joined again at once', async () => {
      const feed = await open()
      for (let round = 0; round < 50; round++) {
        const first = await listen(feed, 'busy')
        first.leave()
        const second = await listen(feed, 'busy')
        await send(feed, 'busy', `round ${round}`)
        await waitFor(() => second.seen.length === 1, { what: `round ${round}` })
        second.leave()
        first.leave() // does nothing: its place is taken
      }
      expect(feed.topics).toBe(0)
    })

    it('delivers to the others when a listener throws, and reports it', async () => {
      const errors: string[] = []
      const feed = await open({ onError: (error) => errors.push(error.message) })
      await feed.subscribe('t', () => {
        throw new Error('boom')
      })
      const { seen } = await listen(feed, 't')
      await send(feed, 't', '1', '2')
      await waitFor(() => seen.length === 2, { what: 'both messages' })
      expect(errors).toEqual(['boom', 'boom'])
    })

    it('carries any text unaltered, up to the size at which runs stop sending events inline', async () => {
      const feed = await open()
      const { seen } = await listen(feed, 't')
      const texts = [
        '',
        '{"a":"\\u0000 \\ud800"}',
        'blåbär 蓝莓 🫐 \n\t\r "quoted" \\backslash {brace,brace} NULL',
        'x'.repeat(MAX_INLINE_BYTES),
        '🫐'.repeat(MAX_INLINE_BYTES / 4),
      ]
      await send(feed, 't', ...texts)
      await waitFor(() => seen.length === texts.length, { what: 'all texts' })
      expect(seen).toEqual(texts)
    })

    it('takes topics of any length and letters', async () => {
      const feed = await open()
      const topics = [
        '',
        'x'.repeat(200),
        `${'x'.repeat(200)}y`,
        'Ünïcode "topic"; DROP',
        runTopic(randomUUID()),
      ]
      const heard = await Promise.all(topics.map((topic) => listen(feed, topic)))
      await feed.publish(topics.map((topic, index) => ({ topic, payload: `p${index}` })))
      await waitFor(() => heard.every(({ seen }) => seen.length > 0), { what: 'every topic' })
      expect(heard.map(({ seen }) => seen)).toEqual(topics.map((_, index) => [`p${index}`]))
    })

    it('holds 1,000 topics', async () => {
      const feed = await open()
      const topics = Array.from({ length: 1_000 }, () => runTopic(randomUUID()))
      const heard = await Promise.all(topics.map((topic) => listen(feed, topic)))
      expect(feed.topics).toBe(1_000)
      await feed.publish(topics.map((topic) => ({ topic, payload: topic })))
      await waitFor(() => heard.every(({ seen }) => seen.length === 1), { what: 'every topic' })
    })

    it('settles everything at close, and refuses work after', async () => {
      const feed = await open()
      await listen(feed, 't')
      const pending = [...Array(100).keys()].map((n) => send(feed, 't', `${n}`))
      const settled = Promise.allSettled([...pending, feed.subscribe('late', () => undefined)])
      await feed.close()
      await feed.close()
      await settled
      await expect(send(feed, 't', 'x')).rejects.toThrow('closed')
      await expect(feed.subscribe('t', () => undefined)).rejects.toThrow('closed')
      expect(feed.topics).toBe(0)
    })
  })

  describe(`${backend} event feed in an outage`, () => {
    it('subscribes every topic again after its connections were killed, then says so', async () => {
      const feed = await open()
      const topics = ['a', 'b', 'c']
      const heard = await Promise.all(topics.map((topic) => listen(feed, topic)))
      const reconnected = reconnects(feed)
      for (let kill = 1; kill <= 2; kill++) {
        await harness.killConnections()
        await waitFor(() => reconnected.count === kill, { what: `reconnect ${kill}` })
        for (const topic of topics) expect(await harness.backendSubscriptions(topic)).toBe(1)
        await sendWhenBack(feed, 'a', `a${kill}`)
        await sendWhenBack(feed, 'c', `c${kill}`)
        await waitFor(() => heard[0]?.seen.includes(`a${kill}`) && heard[2]?.seen.includes(`c${kill}`), {
          what: 'messages after the reconnect',
        })
      }
    })

    it('refuses to publish while the backend is down, and takes subscriptions for later', async () => {
      const [feed, other] = await Promise.all([open({ proxied: true }), open()])
      const { leave } = await listen(feed, 'left meanwhile')
      const reconnected = reconnects(feed)
      await harness.proxy.refuse()
      await expect(send(feed, 't', 'lost')).rejects.toThrow()
      await expect(feed.ping()).rejects.toThrow()
      const { seen } = await listen(feed, 't')
      leave()
      expect(reconnected.count).toBe(0)
      await harness.proxy.heal()
      await waitFor(() => reconnected.count === 1, { what: 'the reconnect' })
      await send(other, 't', 'heard')
      await waitFor(() => seen.length === 1, { what: 'the message' })
      expect(await harness.backendSubscriptions('left meanwhile')).toBe(0)
    })

    it('notices by itself when its connections are dead without a word', async () => {
      const [feed, other] = await Promise.all([open({ proxied: true }), open()])
      const { seen } = await listen(feed, 't')
      const reconnected = reconnects(feed)
      harness.proxy.abandon()
      await expect(send(feed, 't', 'lost')).rejects.toThrow()
      await waitFor(() => reconnected.count === 1, { what: 'the reconnect', timeoutMs: 15_000 })
      await send(other, 't', 'heard')
      await waitFor(() => seen.includes('heard'), { what: 'the message' })
      await sendWhenBack(feed, 't', 'sent')
      await waitFor(() => seen.includes('sent'), { what: 'its own message' })
    })

    it.each(['refuse', 'stall'] as const)(
      'closes in bounded time when the backend begins to %s, and leaves nothing',
      async (how) => {
        const before = leftovers()
        const feed = await open({ proxied: true })
        await listen(feed, 't')
        const pending = send(feed, 't', 'x').catch(() => undefined)
        await harness.proxy[how]()
        const start = performance.now()
        await feed.close()
        await pending
        expect(performance.now() - start).toBeLessThan(5_000)
        await waitFor(() => leftovers() <= before, { what: 'timers and sockets to end' })
      },
    )

    it('stops calling an onReconnect listener that was taken back', async () => {
      const feed = await open()
      let calls = 0
      const takeBack = feed.onReconnect(() => calls++)
      takeBack()
      const reconnected = reconnects(feed)
      await harness.killConnections()
      await waitFor(() => reconnected.count === 1, { what: 'the reconnect' })
      expect(calls).toBe(0)
    })
  })
}
