#!/usr/bin/env bash
# Tells Spark which GPUs a machine has: spark.worker.resource.gpu.discoveryScript (standalone) or
# spark.executor.resource.gpu.discoveryScript (YARN, Kubernetes). PARETUNE_FAKE_GPUS=N pretends that there are N, for a
# test cluster without any; candidates then need resident.device=cpu.
set -euo pipefail
if [ -n "${PARETUNE_FAKE_GPUS-}" ]; then
  addresses=$(seq 0 $((PARETUNE_FAKE_GPUS - 1)))
else
  addresses=$(nvidia-smi --query-gpu=index --format=csv,noheader)
fi
list=$(printf '%s\n' "$addresses" | sed 's/[[:space:]]//g; /^$/d; s/.*/"&"/' | paste -sd, -)
printf '{"name":"gpu","addresses":[%s]}\n' "$list"
