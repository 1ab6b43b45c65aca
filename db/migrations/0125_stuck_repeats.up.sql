-- Workers of an earlier version parked a run for good before the 2,000th pass of a repeat. Such runs are handed back: the
-- sweeper rings for them, and a worker of this version begins that pass. One that waits for something else parks again.
UPDATE runs SET status = 'pending', sweep_at = clock_timestamp()
WHERE status = 'waiting' AND worker_id IS NULL AND EXISTS (
  SELECT 1 FROM step_runs s
  WHERE s.run_id = runs.id AND s.status = 'waiting' AND s.wait ->> 'kind' = 'iteration'
    AND (s.wait ->> 'index')::integer >= 2000
);
