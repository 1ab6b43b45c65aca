import { Text, Title, UnstyledButton } from '@mantine/core'
import type { Template } from './templates/template.js'
import { TEMPLATES } from './templates/templates.js'
import classes from './workflow-list.module.css'

export const TemplateGallery = ({ onPick }: { readonly onPick: (template: Template) => void }) => (
  <section className={classes['gallery']} aria-labelledby="templates">
    <Title order={2} id="templates" ta="center">
      Build your first workflow
    </Title>
    <Text c="dimmed" ta="center" mt={4}>
      Start from one of these, or from an empty canvas with “New workflow”. Each runs as it is.
    </Text>
    <div className={classes['cards']}>
      {TEMPLATES.map((template) => (
        <UnstyledButton key={template.title} className={classes['card']} onClick={() => onPick(template)}>
          <span className={classes['cardTitle']}>{template.title}</span>
          <span className={classes['cardSummary']}>{template.summary}</span>
          <span className={classes['chain']}>
            {template.definition.nodes.map((node) => node.type.replace(/^.*\./, '')).join(' → ')}
          </span>
        </UnstyledButton>
      ))}
    </div>
  </section>
)
