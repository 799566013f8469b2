"""The Python client of Coronal.

from coronal_client import Client

results = Client("http://127.0.0.1:8000").submit("cells.png", "bright-objects").wait().results()
"""

from coronal_client.artifacts import Artifact
from coronal_client.batch import Batch, RefusedItem
from coronal_client.changes import Change
from coronal_client.client import Client
from coronal_client.comparison.comparison import Comparison, FileComparison, compare
from coronal_client.comparison.origins import Difference
from coronal_client.comparison.verdict import Verdict
from coronal_client.datasets import faults_of
from coronal_client.job import Job
from coronal_client.problem import Problem
from coronal_client.reports import Estimate, Report
from coronal_client.results import Results
from coronal_client.status import Failure, State
from coronal_client.tables import Column, Table
from coronal_client.versions import Version

__all__ = [
    "Artifact",
    "Batch",
    "Change",
    "Client",
    "Column",
    "Comparison",
    "Difference",
    "Estimate",
    "Failure",
    "FileComparison",
    "Job",
    "Problem",
    "RefusedItem",
    "Report",
    "Results",
    "State",
    "Table",
    "Verdict",
    "Version",
    "compare",
    "faults_of",
]
