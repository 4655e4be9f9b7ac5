import { type Application, readTimetable } from './timetable.ts';

/** The operations platform: the switch to the new day and the checks before the opening. */
const OPERATIONS = readTimetable({
  name: 'operations',
  family: 'trading',
  lines: `
    20:05  pre-open  switch-day      state:switching     # 开始切换交易日
    20:11  pre-open  switch-day      committed:switched  DATE={tradingDay}  # 交易日切换完成
    20:13  pre-open  front           activated
    20:14  pre-open  market-data     activated
    20:15  pre-open  exchange-links  activated
    20:16  pre-open  bank-links      activated
    20:18  pre-open  front           params:up           DELAY=3
    20:19  pre-open  front           committed           # trading front answers in 3 ms
    20:21  pre-open  market-data     committed:up        DELAY=8
    20:23  pre-open  exchange-links  committed:up        DELAY=2 LINES=2  # 交易所主备线路正常
    20:26  pre-open  bank-links      committed:up        DELAY=41
    20:30  pre-open  release         committed           # 值班经理放行 released by the duty manager
  `,
});

/** The trading system: the night and the day session. In the night an illegal state: back to the auction at 23:40. */
const TRADING = readTimetable({
  name: 'trading',
  family: 'trading',
  lines: `
    20:34  trading-night  -          state:preparing    # 夜盘准备
    20:35  trading-night  connect    activated          DELAY=4
    20:42  trading-night  connect    committed:up       # 全部席位登录成功 all seats signed in
    20:55  trading-night  session    state:auction      # 集合竞价
    21:00  trading-night  session    state:trading      # 连续交易
    21:01  trading-night  -          state:open
    21:20  trading-night  session    params             ORDERS=8140 TRADES=5206 REJECTED=31 DELAY=4
    22:00  trading-night  session    params             ORDERS=21775 TRADES=14380 REJECTED=64 DELAY=5
    22:40  trading-night  session    params             ORDERS=33906 TRADES=22541 REJECTED=97 DELAY=4
    23:20  trading-night  session    params             ORDERS=41288 TRADES=27930 REJECTED=118 DELAY=6
    23:40  trading-night  session    state:auction      # 前置误报状态 the front reports a wrong state after a failover
    00:00  trading-night  session    state:trading      # 状态已更正 corrected
    00:20  trading-night  session    params             ORDERS=48617 TRADES=33004 REJECTED=131 DELAY=5
    01:00  trading-night  session    params             ORDERS=53480 TRADES=36411 REJECTED=139 DELAY=4
    01:40  trading-night  session    params             ORDERS=57022 TRADES=38902 REJECTED=146 DELAY=4
    02:15  trading-night  session    params             ORDERS=59876 TRADES=40718 REJECTED=152 DELAY=4
    02:30  trading-night  session    committed:closing  # 夜盘收盘
    02:31  trading-night  -          state:closed
    02:50  trading-night  archive    activated          # 夜盘数据归档
    03:30  trading-night  archive    params             WRITTEN=12500
    04:20  trading-night  archive    params             WRITTEN=31000
    05:10  trading-night  archive    committed          WRITTEN=40718  # 归档完成 archived
    08:10  trading-day    -          state:preparing    # 日盘准备
    08:11  trading-day    connect    activated          DELAY=4
    08:20  trading-day    connect    committed:up       # 全部席位登录成功 all seats signed in
    08:55  trading-day    session    state:auction      # 集合竞价
    09:00  trading-day    session    state:trading      # 连续交易
    09:01  trading-day    -          state:open
    09:20  trading-day    session    params             ORDERS=24310 TRADES=15988 REJECTED=88 DELAY=7
    09:50  trading-day    session    params             ORDERS=51642 TRADES=34077 REJECTED=171 DELAY=9
    10:15  trading-day    session    state:paused       # 小节休息
    10:30  trading-day    session    state:trading      # 恢复交易
    10:50  trading-day    session    params             ORDERS=79905 TRADES=52618 REJECTED=250 DELAY=6
    11:15  trading-day    session    params             ORDERS=96113 TRADES=63240 REJECTED=301 DELAY=6
    11:30  trading-day    session    state:paused       # 午间休市
    13:30  trading-day    session    state:trading      # 恢复交易
    13:50  trading-day    session    params             ORDERS=118470 TRADES=78301 REJECTED=372 DELAY=7
    14:20  trading-day    session    params             ORDERS=139002 TRADES=92115 REJECTED=440 DELAY=8
    14:50  trading-day    session    params             ORDERS=161588 TRADES=107430 REJECTED=517 DELAY=11
    15:00  trading-day    session    committed:closing  # 收盘
    15:01  trading-day    -          state:closed
    15:05  trading-day    close-out  params             OPEN_ORDERS=12
    15:13  trading-day    close-out  committed          OPEN_ORDERS=0  # 收盘处理完成
  `,
});

/** The funds system: transfers with the banks. A late start, at 08:52; the books are corrected once before they agree. */
const FUNDS = readTimetable({
  name: 'funds',
  family: 'funds',
  lines: `
    08:52  bank-transfer/-  sign-in      activated  # 银行签到开始（延迟） signing in late
    08:58  bank-transfer  sign-in      committed  BANKS=12 SIGNED=12  # 12 家银行签到完成
    09:12  bank-transfer  deposits     params     COUNT=41 AMOUNT=6120000 OLDEST=3
    09:18  bank-transfer  withdrawals  params     COUNT=9 AMOUNT=840000 OLDEST=4
    10:05  bank-transfer  deposits     params     COUNT=188 AMOUNT=31470000 OLDEST=6
    10:40  bank-transfer  withdrawals  params     COUNT=57 AMOUNT=7905000 OLDEST=5
    11:40  bank-transfer  deposits     params     COUNT=264 AMOUNT=44310000 OLDEST=4
    13:40  bank-transfer  withdrawals  params     COUNT=121 AMOUNT=18260000 OLDEST=8
    14:40  bank-transfer  deposits     params     COUNT=402 AMOUNT=69870000 OLDEST=5
    15:25  bank-transfer  withdrawals  params     COUNT=236 AMOUNT=37415000 OLDEST=7
    15:35  bank-transfer  deposits     committed  COUNT=415 AMOUNT=71050000  # 入金截止
    15:40  bank-transfer  withdrawals  committed  COUNT=251 AMOUNT=39220000  # 出金截止
    15:48  bank-transfer  sign-out     activated
    15:54  bank-transfer  sign-out     committed  # 银行签退完成
    16:08  bank-transfer  reconcile    committed  OURS=31830000 BANKS=31825000  # 差额 5000 元 5,000 CNY apart
    16:20  bank-transfer  correct      committed  # 单边账已调整 one-sided entry corrected
    16:32  bank-transfer  reconcile    committed  OURS=31825000 BANKS=31825000  # 对账一致 the books agree
  `,
});

/**
 * The clearing system: files of three exchanges, settlement, margin, backup. A short transfer at 15:50, which is sent
 * again; and statements out of order, begun at 17:10 before the margin is final.
 */
const CLEARING = readTimetable({
  name: 'clearing',
  family: 'clearing',
  lines: `
    15:20  exchange-file/shfe   announce    committed           POUT=18874368  # 上期所结算文件已发布
    15:24  exchange-file/shfe   receive     state:receiving
    15:26  exchange-file/dce    announce    committed           POUT=12582912  # 大商所结算文件已发布
    15:28  exchange-file/shfe   receive     params              PIN=9437184
    15:30  exchange-file/dce    receive     state:receiving
    15:33  exchange-file/shfe   receive     committed:received  PIN=18874368
    15:36  exchange-file/cffex  announce    committed           POUT=4194304  # 中金所结算文件已发布
    15:38  exchange-file/shfe   check       committed           # 校验一致
    15:41  exchange-file/cffex  receive     state:receiving
    15:46  exchange-file/cffex  receive     committed:received  PIN=4194304
    15:50  exchange-file/dce    receive     committed:broken    PIN=7340032  # 文件不完整 the file ends early
    15:53  exchange-file/cffex  check       committed           # 校验一致
    16:00  exchange-file/dce    receive     state:receiving     # 重新接收 receiving again
    16:10  exchange-file/dce    receive     committed:received  PIN=12582912
    16:15  exchange-file/dce    check       committed           # 校验一致
    16:20  settlement           import      activated           # 数据导入
    16:30  settlement           import      params              RECORDS=214000
    16:40  settlement           import      committed           RECORDS=391627 REJECTED=0  # 导入完成
    16:45  margin               rates       committed           # 保证金率已更新
    16:48  settlement           trades      activated
    16:52  margin               compute     activated           ACCOUNTS=38412
    16:58  settlement           trades      committed           OURS=148148 THEIRS=148148  # 成交核对一致
    17:10  settlement           statements  activated           ACCOUNTS=38412  # 误启动：保证金尚未完成 started by hand before margin is final
    17:16  margin               compute     params              ACCOUNTS=38412 CALLS=96
    17:22  margin               compute     committed           # 保证金计算完成
    17:30  margin               calls       params              SENT=60
    17:36  margin               calls       committed           SENT=96  # 追保通知已发送
    17:46  settlement           statements  params              WRITTEN=21090
    17:56  settlement           statements  committed           WRITTEN=38412  # 结算单已生成
    18:50  backup               dump        activated           # 数据库导出
    18:58  backup               dump        committed           POUT=48318382080
    19:02  backup               copy        state:receiving
    19:05  backup               tape        activated           # 磁带归档
    19:10  backup               copy        params              PIN=25769803776
    19:18  backup               copy        committed:received  PIN=48318382080
    19:24  backup               tape        committed
    19:32  backup               verified    committed           # 备份校验完成 backup verified
  `,
});

/** The reporting system: two reports to the regulator. One is sent back and sent again, which is no trouble. */
const REPORTING = readTimetable({
  name: 'reporting',
  family: 'clearing',
  lines: `
    18:00  report/cfmmc  write     committed  ROWS=76824  # 监控中心报表已生成
    18:02  report/csrc   write     committed  ROWS=1204  # 证监会报表已生成
    18:05  report/cfmmc  send      committed
    18:07  report/csrc   send      committed
    18:15  report/cfmmc  accepted  committed  # 已接受
    18:18  report/csrc   rejected  committed  REASON=column_7  # 第 7 列格式错误，退回重报
    18:26  report/csrc   write     committed  ROWS=1204
    18:29  report/csrc   send      committed
    18:40  report/csrc   accepted  committed  # 已接受
  `,
});

/** Every application that takes part in the demo's day. */
export const APPLICATIONS: readonly Application[] = [OPERATIONS, TRADING, FUNDS, CLEARING, REPORTING];
