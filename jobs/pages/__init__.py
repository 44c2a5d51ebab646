"""The pages: thin, over the functions a shell would call. All of them work without JavaScript."""
