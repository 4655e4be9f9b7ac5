/**
 * What was otherwise on the trading days before the one that is played: lines that take the place of those which the
 * timetables have at the same time for the same step. `nothing` leaves a line out.
 */
import { readLines, type StoryLine } from './timetable.ts';

/** A day on which something was of its own. */
export interface Episode {
  /** what a family of applications reports from a time of day on came so many minutes later */
  readonly later?: { readonly family: string; readonly from: string; readonly minutes: number };
  readonly lines: readonly StoryLine[];
}

/** The day as it mostly is: without what goes wrong on the day that is played. */
export const ORDINARY: readonly StoryLine[] = readLines(`
  23:40  trading-night      session     nothing
  00:00  trading-night      session     params              ORDERS=45012 TRADES=30467 REJECTED=124 DELAY=5
  08:16  bank-transfer/-    sign-in     activated           # 银行签到开始 signing in
  08:22  bank-transfer      sign-in     committed           BANKS=12 SIGNED=12  # 12 家银行签到完成
  08:52  bank-transfer/-    sign-in     nothing
  08:58  bank-transfer      sign-in     nothing
  16:08  bank-transfer      reconcile   committed           OURS=31825000 BANKS=31825000  # 对账一致 the books agree
  16:20  bank-transfer      correct     nothing
  16:32  bank-transfer      reconcile   nothing
  15:50  exchange-file/dce  receive     committed:received  PIN=12582912
  15:55  exchange-file/dce  check       committed           # 校验一致
  16:00  exchange-file/dce  receive     nothing
  16:10  exchange-file/dce  receive     nothing
  16:15  exchange-file/dce  check       nothing
  17:10  settlement         statements  nothing
  17:40  settlement         statements  activated           ACCOUNTS=38412
  18:18  report/csrc        rejected    nothing
  18:20  report/csrc        accepted    committed           # 已接受
  18:26  report/csrc        write       nothing
  18:29  report/csrc        send        nothing
  18:40  report/csrc        accepted    nothing
`);

/** The days that were not ordinary, by how many days they lie behind the one that is played. */
export const EPISODES: ReadonlyMap<number, Episode> = new Map([
  // The market is reported as in auction at noon.
  [
    3,
    {
      lines: readLines(
        '11:40  trading-day  session  state:auction  # 前置误报状态 a wrong state is reported',
      ),
    },
  ],
  // Orders are slow for a while.
  [
    4,
    {
      lines: readLines(`
        10:50  trading-day  session  params  ORDERS=79905 TRADES=52618 REJECTED=250 DELAY=640  # 报单时延过高 orders are slow
      `),
    },
  ],
  // The regulator does not answer, sends the report back, and settlement misses its deadline.
  [
    6,
    {
      later: { family: 'clearing', from: '18:50', minutes: 60 },
      lines: readLines(`
        18:20  report/csrc  accepted  nothing
        19:05  report/csrc  rejected  committed  REASON=portal_closed  # 报送平台维护，退回重报
        19:12  report/csrc  write     committed  ROWS=1204
        19:15  report/csrc  send      committed
        19:41  report/csrc  accepted  committed  # 已接受
      `),
    },
  ],
  // A quiet day: nobody lacks margin, so the calls are skipped.
  [
    8,
    {
      lines: readLines(`
        17:16  margin  compute  params     ACCOUNTS=38412 CALLS=0
        17:22  margin  compute  committed  CALLS=0  # 无需追保 nobody lacks margin
        17:30  margin  calls    nothing
        17:36  margin  calls    nothing
      `),
    },
  ],
  // The dump of the databases takes an hour.
  [10, { later: { family: 'clearing', from: '18:58', minutes: 50 }, lines: [] }],
  // A file is announced in time and comes an hour late, and settlement with it.
  [
    13,
    {
      later: { family: 'clearing', from: '16:20', minutes: 35 },
      lines: readLines(`
        15:30  exchange-file/dce  receive   nothing
        15:50  exchange-file/dce  receive   nothing
        15:55  exchange-file/dce  check     nothing
        16:38  exchange-file/dce  receive   state:receiving     # 大商所结算文件迟到 the file is late
        16:43  exchange-file/dce  receive   committed:received  PIN=12582912
        16:46  exchange-file/dce  check     committed           # 校验一致
      `),
    },
  ],
  // One line to an exchange is down, and the spare one is used.
  [
    16,
    {
      lines: readLines(`
        20:23  pre-open  exchange-links  committed:degraded  DELAY=2 LINES=1  # 主线路中断 one line is down
        20:25  pre-open  spare-line      activated
        20:27  pre-open  spare-line      committed:up        DELAY=6          # 已切换备用线路
      `),
    },
  ],
  // A file arrives short and is sent again.
  [
    18,
    {
      lines: readLines(`
        15:46  exchange-file/cffex  receive  committed:broken    PIN=3145728  # 文件不完整 the file ends early
        15:50  exchange-file/cffex  receive  state:receiving
        15:53  exchange-file/cffex  check    nothing
        15:54  exchange-file/cffex  receive  committed:received  PIN=4194304
        15:57  exchange-file/cffex  check    committed           # 校验一致
      `),
    },
  ],
]);
