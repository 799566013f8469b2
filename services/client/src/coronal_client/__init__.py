"""The Python client of Coronal.

from coronal_client import Client

results = Client("http://127.0.0.1:8000").submit("cells.png", "bright-objects").wait().results()
"""

from coronal_client.batches.batch import Batch, RefusedItem
from coronal_client.batches.changes import Change
from coronal_client.client import Client
from coronal_client.comparison.comparison import Comparison, FileComparison, compare
from coronal_client.comparison.origins import Difference
from coronal_client.comparison.verdict import Verdict
from coronal_client.files.artifacts import Artifact
from coronal_client.files.tables import Column, Table
from coronal_client.http.problem import Problem
from coronal_client.job import Job
from coronal_client.learning.datasets import faults_of
from coronal_client.learning.reports import Estimate, Report
from coronal_client.learning.versions import Version
from coronal_client.results import Results
from coronal_client.status import Failure, State

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
