"""The files of photos and jobs, and who may see and change what.

Every package of jobs may import it; of jobs it knows the models alone.
"""
