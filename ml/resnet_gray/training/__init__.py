"""Training runs of the engine: recipes, steps, checkpoints, several processes.

`python -m ml.resnet_gray.training.train` and the commands run it; it knows everything else of the
package.
"""
