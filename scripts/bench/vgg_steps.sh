# Sourced: what a run of the first 20 steps of VGG-11′ on small batches is, in float64; $images is the data set.
# shellcheck shell=bash disable=SC2034
vgg_steps=(configs/vgg_newtonsummary.yaml "dataset={type: npz, train: $images, limit: 160}" "seeds=[1]" precision=float64
  training.epochs=1 training.batch-size=8 training.curvature-batch-size=8 optimizer.period=5
  "optimizer.average={type: uniform, window: 2, warm-up: 0}" "record.steps.every=1 step" evaluate.limit=8 --progress plain)
