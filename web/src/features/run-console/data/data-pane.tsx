import { Text, Title } from '@mantine/core'
import type { RunState } from '@millrace/engine'
import type { ReactNode } from 'react'
import type { ShownStep } from '../document/shown-step.js'
import type { Moment } from '../session/moment.js'
import { ErrorCard } from '../steps/error-card.js'
import classes from './data.module.css'
import { type LoadPayload, ValueView } from './value-view.js'
import { inputsOf, outputOf, type Value } from './values.js'

interface DataPaneProps {
  readonly moment: Moment
  /** The selected step; undefined for the run itself. */
  readonly step: ShownStep | undefined
  readonly loadPayload: LoadPayload
}

/** What went into a step and what came out, or into and out of the whole run. */
export const DataPane = ({ moment: { state }, step, loadPayload }: DataPaneProps) => (
  <section className={classes['pane']} aria-label="Data">
    {step === undefined ? (
      <RunData state={state} loadPayload={loadPayload} />
    ) : (
      <StepData key={step.path} state={state} step={step} loadPayload={loadPayload} />
    )}
  </section>
)

type RunDataProps = { readonly state: RunState; readonly loadPayload: LoadPayload }

const RunData = ({ state, loadPayload }: RunDataProps) => {
  const input = state.steps[state.trigger]?.output
  const output: Value = state.output === null ? { kind: 'none' } : { kind: 'json', json: state.output }
  return (
    <>
      <Column title="Input of the run">
        <ValueView
          value={input === undefined ? { kind: 'none' } : { kind: 'json', json: input }}
          label="Input of the run"
          expression="trigger"
          empty="It has no input."
          loadPayload={loadPayload}
        />
      </Column>
      <Column title="Result of the run">
        {state.error !== null && <ErrorCard error={state.error} />}
        <ValueView
          value={output}
          label="Result of the run"
          expression={undefined}
          empty={state.finishedAt === null ? 'It has not ended yet.' : 'It gave nothing.'}
          loadPayload={loadPayload}
        />
      </Column>
    </>
  )
}

const StepData = ({ state, step, loadPayload }: RunDataProps & { readonly step: ShownStep }) => {
  const inputs = inputsOf(state, step)
  const params = state.graph.nodes[step.node]?.params
  const isTrigger = step.node === state.trigger
  return (
    <>
      <Column title="Input">
        {inputs.length === 0 && (
          <Text size="sm" c="dimmed" p="xs">
            {isTrigger ? 'It is what started the run.' : 'Nothing has led to it yet.'}
          </Text>
        )}
        {inputs.map(({ name, expression, value }) => (
          <Part key={name} title={`From ${name}`}>
            <ValueView
              value={value}
              label={`Output of ${name}`}
              expression={expression}
              empty="It gave nothing."
              loadPayload={loadPayload}
            />
          </Part>
        ))}
        {params !== undefined && Object.keys(params).length > 0 && (
          <Part title="Parameters, as the version has them">
            <ValueView
              value={{ kind: 'json', json: params }}
              label={`Parameters of ${step.path}`}
              expression={undefined}
              empty=""
              loadPayload={loadPayload}
            />
          </Part>
        )}
      </Column>
      <Column title="Output">
        {step.error !== null && <ErrorCard error={step.error} />}
        <ValueView
          value={outputOf(step)}
          label={`Output of ${step.path}`}
          expression={isTrigger ? 'trigger' : `steps.${step.path}.output`}
          empty={step.finishedAt === null ? 'It has not ended yet.' : 'It gave nothing.'}
          loadPayload={loadPayload}
        />
      </Column>
    </>
  )
}

const Column = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <div className={classes['column']}>
    <Title order={2} size="h4" className={classes['heading']}>
      {title}
    </Title>
    {children}
  </div>
)

const Part = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <div className={classes['part']}>
    <Text size="xs" c="dimmed" mb={4}>
      {title}
    </Text>
    {children}
  </div>
)
