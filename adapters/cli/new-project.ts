/** The files that a folder of definitions begins with: one flow that lints, its test, schemas, CI and a README. */
import { isZone, jsonSchemas } from '../../definitions/index.ts';
import { WrongUse } from './outcome.ts';

export interface NewFile {
  /** below the folder, with `/` */
  readonly path: string;
  readonly text: string;
}

export interface NewProject {
  readonly name: string;
  readonly flow: string;
  readonly zone: string;
  readonly today: Date;
  /** of Milepost, which CI installs */
  readonly version: string;
}

/** The files; throws WrongUse for a flow or zone that no definition may have. */
export function newProject(project: NewProject): readonly NewFile[] {
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(project.flow))
    throw new WrongUse(
      `--flow ${project.flow}: a name is small letters, digits and -, beginning with a letter`,
    );
  if (!isZone(project.zone))
    throw new WrongUse(`--zone ${project.zone}: there is no such time zone, write one like Asia/Shanghai`);
  return [
    { path: `flows/${project.flow}.yaml`, text: flowText(project) },
    { path: `flows/${project.flow}.test.yaml`, text: testText(project) },
    { path: 'README.md', text: readmeText(project) },
    { path: '.github/workflows/milepost.yml', text: githubText(project) },
    { path: '.gitlab-ci.yml', text: gitlabText(project) },
    { path: '.gitignore', text: '.milepost/\n' },
    ...[...jsonSchemas()].map(([file, schema]) => ({
      path: `schemas/${file}`,
      text: `${JSON.stringify(schema, null, 2)}\n`,
    })),
  ];
}

const MODELINE = '# yaml-language-server: $schema=../schemas/milepost.schema.json\n';

function flowText({ flow, zone, today }: NewProject): string {
  return `${MODELINE}# What should happen, in which order, by when. Times are those of the calendar's zone.
calendar: house
zone: ${zone}
weekend: [sat, sun]
holidays: [] # 2027-01-01, or 2027-02-06..2027-02-12
valid-until: ${today.getUTCFullYear() + 1}-12-31 # lint warns before it runs out
---
flow: ${flow}
title: { en: ${titled(flow)}, zh: ${titled(flow)} }
group: operations
calendar: house
key: "${flow}-{tradingDay}" # which instance an event belongs to
start: { by: "16:00" } # not begun by then: an alarm
deadline: { at: "19:00" }
steps:
  receive:
    title: { en: File received, zh: 接收文件 }
    params:
      ANNOUNCED: { type: number, unit: bytes }
      RECEIVED: { type: number, unit: bytes, default: 0 }
    timers:
      stalled: { after: activated, in: 30m, until: committed }
    on:
      committed:
        - when: RECEIVED < ANNOUNCED
          do: { alarm: short, severity: critical, text: "{RECEIVED} of {ANNOUNCED} bytes" }
  compute:
    title: { en: Computed, zh: 计算 }
    timers:
      slow: { after: activated, in: 1h, until: committed }
  report:
    title: { en: Reported, zh: 报送 }
connectors:
  - { from: receive, to: compute }
  - { from: compute, to: report }
`;
}

function testText({ flow, zone, today }: NewProject): string {
  const monday = nextMonday(today);
  return `${MODELINE}# milepost test .
test: in-good-order
flow: ${flow}
day: ${monday} # a Monday in ${zone}
timeline:
  - { at: "15:40", step: receive, event: params, params: { ANNOUNCED: 100, RECEIVED: 40 } }
  - { at: "15:50", step: receive, event: committed, params: { RECEIVED: 100 } }
  - { at: "16:20", step: compute, event: committed }
  - { at: "16:30", step: report, event: committed }
expect: { status: committed, alarms: [] }
---
test: short-file
flow: ${flow}
day: ${monday}
timeline:
  - { at: "15:50", step: receive, event: committed, params: { ANNOUNCED: 100, RECEIVED: 90 } }
  - { after: 0s, expect: { open: { alarm: short, severity: critical, text: 90 of 100 } } }
---
test: nothing-came
flow: ${flow}
day: ${monday}
timeline:
  - { at: "15:59", expect: { alarms: [] } }
  - { at: "16:00", expect: { open: start-timeout } }
`;
}

function readmeText({ name, flow }: NewProject): string {
  return `# ${name}

What Milepost watches here. \`flows/\` holds the definitions and their tests, \`schemas/\` what editors check them with.

    milepost lint flows          # what is wrong, with file, line and remedy
    milepost test flows          # the tests, in virtual time
    milepost up flows            # watch; then, from an application:
    milepost send '{"id":"1","flow":"${flow}","step":"receive","event":"activated","time":"'$(date -Is)'"}'

Before a change is merged: \`milepost diff --events LOG git:main:flows flows\` shows which alarms appear, vanish or move.
`;
}

function githubText({ version }: NewProject): string {
  return `name: milepost
on: [push, pull_request]
jobs:
  definitions:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 24 }
      - run: npx --yes milepost@${version} lint flows --format github
      - run: npx --yes milepost@${version} test flows
`;
}

function gitlabText({ version }: NewProject): string {
  return `definitions:
  image: node:24
  script:
    - npx --yes milepost@${version} lint flows
    - npx --yes milepost@${version} test flows --format junit > tests.xml
  artifacts:
    when: always
    reports: { junit: tests.xml }
`;
}

function titled(name: string): string {
  const words = name.replace(/-+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function nextMonday(today: Date): string {
  const day = new Date(today.getTime() + ((8 - today.getUTCDay()) % 7 || 7) * 86_400_000);
  return day.toISOString().slice(0, 10);
}
