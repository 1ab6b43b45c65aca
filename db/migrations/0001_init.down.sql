DROP TABLE credentials, run_responses, payloads, waits, timers, run_inbox, run_events, step_runs, runs, workers,
  schedules, webhooks, workflow_versions, workflows, refresh_tokens, memberships, users, workspaces;
