"""The desk of those who handle wishes (工单台): work list with saved views, many at once, export, bulk entry."""
