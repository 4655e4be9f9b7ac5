/** The example of the language reference: a checkpoint type, a flow that uses it, and the flow's calendar. */
export const EXAMPLE = `checkpoint: receive-file
states:                      # legal state table: state -> states that may follow; the first is the initial one;
  waiting:   [receiving]     # every state named has its own line
  receiving: [received, broken]
  broken:    [receiving]
  received:  []
params:
  POUT: { type: number, unit: bytes, from: POUT }    # copied from the step that led here, when activated
  PIN:  { type: number, unit: bytes, default: 0 }    # reported by the application
  LOSS: { type: number, value: POUT - PIN }          # derived
on:
  committed:
    - when: PIN < POUT
      do: { alarm: short-transfer, severity: critical, text: "{PIN} of {POUT} bytes" }
---
flow: settlement
title: { en: End-of-day settlement, zh: 日终结算 }
group: clearing
calendar: shfe               # default: every day, UTC
key: "clearing-{tradingDay}" # key of an event that has none; with start.by the default is "{tradingDay}"
start: { by: "15:30" }       # required start time in the calendar's zone
deadline: { at: "19:00" }    # or { in: 3h } after the start
disorder: 5s                 # tolerance for events that overtake each other; default none
abandon: 30d                 # without an event for so long, an instance ends as abandoned (default 30d)
steps:
  receive:
    checkpoint: receive-file
    timers:
      stalled: { after: activated, in: 10m }     # stopped by the step's next event
      cut-off: { at: "16:10" }                   # a time of the instance's day
  open:    { gate: true }                        # no events of its own: commits as soon as it is activated
  margin:  { flow: margin }                      # nested; same key unless \`key: "{key}/…"\` adds to it
  reports: { flow: report, each: [cfmmc, csrc] } # one child per entry, key "{key}/{each}"
  done:    { gate: true }
connectors:
  - { from: receive, to: receive, when: state == 'broken', limit: 3 }   # a loop
  - { from: receive, to: open, when: state != 'broken' }
  - { from: open, to: margin }
  - { from: open, to: reports }
  - { from: margin, to: done }
  - { from: reports, to: done }
on:
  start-timeout: { do: { alarm: late-start, severity: warning } }
---
calendar: shfe               # every key but the name may be left out: UTC, no weekend, no holidays, no sessions
zone: Asia/Shanghai
weekend: [sat, sun]
holidays: [2026-10-01, 2026-10-02, 2026-10-05..2026-10-07]    # not trading days
workdays: []                                                  # trading days in spite of the weekend
no-night: [2026-09-30]                                        # evenings without a night session
sessions:                                                     # \`day: next\`: belongs to the next trading day
  night: { from: "21:00", to: "02:30", day: next }
  day:   { from: "09:00", to: "15:00" }
days: { 2026-02-13: { day: { to: "11:30" } } }                # a half day
turn: "20:00"                # from then on the next trading day counts
valid-until: 2026-12-31      # lint warns 30 days before, fails past it
`;
