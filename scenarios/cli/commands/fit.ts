import { Command } from 'commander'
import { listOf, type OptionsOf, oneOf } from './readers.ts'

export type FitOptions = OptionsOf<typeof fitCommand>

const counter = oneOf(
  'cycles',
  'cycleTimeMsSum',
  'cycleTimeMsSumOfSquares',
  'errors',
  'connectionAttempts',
  'connectionFailures',
)

export const fitCommand = () =>
  new Command('fit')
    .description("estimate a plant's figures from recorded telemetry, with intervals, and write its plant file")
    .argument('<recording...>', 'CSV or JSONL files with columns for time, device and metrics, as one recording')
    .option('--out <file>', 'write the plant file (must not exist); else only the estimates are printed')
    .option(
      '--zone <zone>',
      'IANA zone of the plant (default: that of --plant, else UTC), and of times without an offset',
    )
    .option('--plant <file>', 'plant file with the shifts of this plant (default: those of the default plant)')
    .option('--start <instant>', 'where a column offsetS, in seconds, counts from')
    .option(
      '--column <name=column>',
      'what a column of another name holds, such as device=Machine or cycleTimeS=Takt; repeatable',
      (text: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), text],
    )
    .option('--cumulative <metrics>', 'these counts are totals (default: told by their values)', listOf(counter))
    .option('--per-sample <metrics>', 'these counts are of the time since the sample before', listOf(counter))
    .option(
      '--preset <name>',
      'holds what the recording cannot tell',
      oneOf('quiet', 'typical', 'rough'),
      'typical' as const,
    )
    .option('--skip-bad-rows', 'leave out rows that cannot be read, and list them on stderr')
    .option('--json', 'print the estimates as JSON to stdout and nothing else there')
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse fit week-1.csv week-2.csv --zone Europe/Berlin --out plant.yaml\n' +
        '  rehearse fit export.csv --zone Europe/Berlin --column device=Machine --column cycleTimeS=Takt\n' +
        '\nThen name the file in a scenario (fleet: plant.yaml), and rehearse on your own plant.\n',
    )
