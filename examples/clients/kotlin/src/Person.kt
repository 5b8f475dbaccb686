import punctual.apis.AssignmentsApi
import punctual.apis.JobsApi
import punctual.apis.PayoutsApi
import punctual.apis.ScheduleApi
import punctual.infrastructure.ApiClient

/** The API, signed in with the token of an environment variable. */
class Person(variable: String) {
    val jobs = signIn(JobsApi(url), variable)
    val assignments = signIn(AssignmentsApi(url), variable)
    val schedule = signIn(ScheduleApi(url), variable)
    val payouts = signIn(PayoutsApi(url), variable)
}

private val url = System.getenv("PUNCTUAL_URL")

private fun <Api : ApiClient> signIn(api: Api, variable: String): Api =
    api.apply { accessTokenProvider = { System.getenv(variable) } }
